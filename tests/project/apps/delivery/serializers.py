from rest_framework import serializers
from delivery.models import *


class MenuSerializer(serializers.ModelSerializer):
    class Meta:
        model = Menu
        exclude = ['store']


class StoreSerializer(serializers.ModelSerializer):
    menus = MenuSerializer(many=True)

    class Meta:
        model = Store
        fields = ['id', 'name', 'tel', 'min_price', 'is_open', 'categories', 'menus']

    def create(self, validated_data):
        menus_data = validated_data.pop('menus')
        categories = validated_data.pop('categories', [])
        store = Store.objects.create(**validated_data)
        store.categories.set(categories)
        for menu_data in menus_data:
            Menu.objects.create(store=store, **menu_data)
        return store

    def update(self, instance, validated_data):
        menus_data = validated_data.pop('menus', None)
        instance = super().update(instance, validated_data)
        if menus_data is not None:
            instance.menus.all().delete()
            for menu_data in menus_data:
                Menu.objects.create(store=instance, **menu_data)
        return instance


class OrderMenuSerializer(serializers.ModelSerializer):
    menu_name = serializers.CharField(source='menu.name', read_only=True)

    class Meta:
        model = OrderMenu
        fields = ['menu', 'menu_name', 'count']


class OrderSerializer(serializers.ModelSerializer):
    order_menus = OrderMenuSerializer(many=True)
    status_display = serializers.CharField(source='get_status_display', read_only=True)

    class Meta:
        model = Order
        fields = '__all__'
        read_only_fields = ['user', 'total_price', 'status', 'menus']

    def create(self, validated_data):
        order_menus = validated_data.pop('order_menus')
        total = 0
        for m in order_menus:
            total += m['menu'].price * m.get('count', 1)
        order = Order.objects.create(total_price=total, **validated_data)
        for m in order_menus:
            OrderMenu.objects.create(order=order, **m)
        return order
