from rest_framework import *
from rest_framework import viewsets, status, mixins, generics
from rest_framework.decorators import api_view, permission_classes
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from django_filters import rest_framework as filters
from django.shortcuts import get_object_or_404
from .models import *
from .serializers import *


class MoviePagination(PageNumberPagination):
    page_size = 10
    page_size_query_param = 'size'
    max_page_size = 50


class MovieFilter(filters.FilterSet):
    title = filters.CharFilter(lookup_expr='icontains')
    min_rating = filters.NumberFilter(field_name='rating', lookup_expr='gte')

    class Meta:
        model = Movie
        fields = {
            'genre': ['exact'],
            'open_date': ['gte', 'lte'],
        }


class MovieViewSet(viewsets.ModelViewSet):
    """
    영화 CRUD
    """
    queryset = Movie.objects.all()
    serializer_class = MovieSerializer
    pagination_class = MoviePagination
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = MovieFilter
    permission_classes = (AllowAny,)


@api_view(['GET', 'POST'])
@permission_classes([AllowAny])
def theater_list(request):
    if request.method == 'GET':
        theaters = Theater.objects.all()
        serializer = TheaterSerializer(theaters, many=True)
        return Response(serializer.data)
    elif request.method == 'POST':
        serializer = TheaterSerializer(data=request.data)
        if serializer.is_valid():
            serializer.save()
            return Response(serializer.data, status=status.HTTP_201_CREATED)
        return Response(serializer.errors, status=status.HTTP_400_BAD_REQUEST)


@api_view(['GET', 'PUT', 'DELETE'])
@permission_classes([AllowAny])
def theater_detail(request, pk):
    theater = get_object_or_404(Theater, pk=pk)
    if request.method == 'GET':
        return Response(TheaterSerializer(theater).data)
    if request.method == 'PUT':
        serializer = TheaterSerializer(theater, data=request.data)
        if serializer.is_valid():
            serializer.save()
            return Response(serializer.data)
        return Response(serializer.errors, status=400)
    theater.delete()
    return Response(status=204)


class ReservationView(generics.ListCreateAPIView):
    serializer_class = ReservationSerializer
    permission_classes = [IsAuthenticated]

    def get_queryset(self):
        return Reservation.objects.filter(user=self.request.user)

    def perform_create(self, serializer):
        serializer.save(user=self.request.user)
