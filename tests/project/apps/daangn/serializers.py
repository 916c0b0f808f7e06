from rest_framework.serializers import ModelSerializer
from rest_framework import serializers
from daangn.models import Town, Item, ItemImage


class TownSerializer(ModelSerializer):
    class Meta:
        model = Town
        fields = '__all__'


class ItemImageSerializer(ModelSerializer):
    class Meta:
        model = ItemImage
        fields = ['id', 'image']


class ItemSerializer(ModelSerializer):
    images = ItemImageSerializer(many=True, read_only=True)
    seller_name = serializers.ReadOnlyField(source='seller.name')
    interest_cnt = serializers.IntegerField(source='interests.count', read_only=True)

    class Meta:
        model = Item
        fields = '__all__'
        read_only_fields = ['seller', 'slug', 'interests']

    # 사진 여러장 업로드
    def create(self, validated_data):
        item = Item.objects.create(**validated_data)
        for image in self.context['request'].FILES.getlist('images'):
            ItemImage.objects.create(item=item, image=image)
        return item
